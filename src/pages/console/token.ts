/** The hidden input with the form token. */
export const TOKEN_INPUT = "formlog_token";
