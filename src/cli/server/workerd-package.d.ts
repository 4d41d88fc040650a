// The package has no types. It is CommonJS: its `default` is a member of what Node calls the default export.
declare module 'workerd' {
  const workerd: {
    /** Path of the executable. */
    readonly default: string;
  };
  export default workerd;
}
