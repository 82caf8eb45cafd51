/** The way to the pages beside this one. An address is left out where there is none. */
interface PagerProps {
  readonly newer?: string | undefined;
  readonly older?: string | undefined;
  /** Where the newest are, when this page is not the first. */
  readonly newest?: string | undefined;
  /** What they are called, of lists that have another order. */
  readonly names?: { readonly older: string; readonly newest: string } | undefined;
}

const BY_AGE = { older: "Older →", newest: "Newest" } as const;

export const Pager = ({ newer, older, newest, names = BY_AGE }: PagerProps) =>
  newer === undefined && older === undefined && newest === undefined ? null : (
    <nav class="pager" aria-label="Pages">
      {newest !== undefined && <a href={newest}>{names.newest}</a>}
      {newer !== undefined && (
        <a href={newer} rel="prev">
          ← Newer
        </a>
      )}
      {older !== undefined && (
        <a href={older} rel="next">
          {names.older}
        </a>
      )}
    </nav>
  );
