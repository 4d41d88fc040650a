/** What upstream says of a ConfigMap or Secret that was made immutable. */
export const IMMUTABLE_TEXT = 'field is immutable when `immutable` is set';
