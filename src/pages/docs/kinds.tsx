/** The kinds of integrations as a table, made of their manifests. */
import type { KindView } from "../../services/kinds";
import { Prose } from "./prose";

const CREDENTIALS: Readonly<Record<KindView["credentials"], string>> = {
  none: "none",
  given: "yours, in a connection or in the environment of its worker",
  made: "made by Formlog, shown once",
};

/** How it keeps an effect from being made twice. */
const careOf = ({ policy }: KindView) =>
  policy.ledger ? "each noted before it is made" : "repeats are known to its other side";

export const KindsTable = ({ kinds }: { readonly kinds: readonly KindView[] }) => (
  <section aria-labelledby="kinds">
    <h2 id="kinds">Kinds</h2>
    <p class="soft">
      What an integration can be. <code>GET /v1/kinds</code> has the same for programs, with what each must be told.
    </p>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col">What it does</th>
            <th scope="col">Credentials</th>
            <th scope="col">Effects</th>
            <th scope="col">Variables of its worker</th>
          </tr>
        </thead>
        <tbody>
          {kinds.map((kind) => (
            <tr>
              <th scope="row">
                <code>{kind.kind}</code>
              </th>
              <td>
                <Prose text={`${kind.title}. ${kind.summary}`} />
              </td>
              <td>{CREDENTIALS[kind.credentials]}</td>
              <td>
                {kind.events.join(", ")}; {careOf(kind)}
              </td>
              <td>
                {kind.settings.map(({ name, about }) => (
                  <div>
                    <code>{name}</code> <Prose text={about} />
                  </div>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </section>
);
