// SQL files are imported as text: esbuild, wrangler and vitest are each told so.
declare module '*.sql' {
  const text: string;
  export default text;
}
