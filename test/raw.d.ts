/** A file of the repository as text, put in by vite. */
declare module "*?raw" {
  const text: string;
  export default text;
}
