/** What of a response should be looked at again: the form's rules and integrations say so. */
import type { ResponseView } from "../../../services/responses";
import { Card } from "../parts/card";
import type { Reader } from "./reader";

interface FlagsProps {
  readonly response: ResponseView;
  /** Of integrations, by id. */
  readonly names: ReadonlyMap<string, string>;
  readonly reader: Reader;
}

export const Flags = ({ response: { flags, version }, names, reader }: FlagsProps) =>
  flags.length === 0 ? null : (
    <Card title="Flags" id="flags">
      <ul class="flags">
        {flags.map(({ rule, message, questions, source }) => (
          <li>
            <p dir="auto">{message}</p>
            <p class="soft small">
              <code>{rule}</code>
              {source !== undefined && ` by ${names.get(source) ?? source}`}
              {questions.map((ref) => (
                <>
                  {" · "}
                  <span dir="auto">{reader.question(version, ref)?.title ?? ref}</span>
                </>
              ))}
            </p>
          </li>
        ))}
      </ul>
    </Card>
  );
