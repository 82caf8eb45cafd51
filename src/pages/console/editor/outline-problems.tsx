/** What keeps a draft from being published, each with the page where it is mended. */
import { keysOf, listOf } from "../../../core/draft/draft";
import { memberOf, textOf } from "../../../core/draft/json";
import type { Problem } from "../../../core/errors";
import { counted } from "../words";
import type { OutlineProps } from "./outline";
import { editPath, questionPath, rulePath } from "./paths";
import { memberName, sayProblem } from "./words";

/** More are not listed: most of them go with the first ones. */
const PROBLEMS_SHOWN = 20;

export const ToMend = ({ copy: { form, problems }, draft }: OutlineProps) =>
  problems.length === 0 ? null : (
    <section class="card" aria-labelledby="mend">
      <h2 id="mend">{`${counted(problems.length, "thing")} to mend before it can be published`}</h2>
      <ul class="plain">
        {problems.slice(0, PROBLEMS_SHOWN).map((problem) => {
          const { path, name } = placeOf(form.id, draft, problem);
          return (
            <li>
              <a href={path} dir="auto">
                {name}
              </a>
              : {memberOfProblem(problem)}
              {sayProblem(problem)}
            </li>
          );
        })}
      </ul>
      {problems.length > PROBLEMS_SHOWN && <p class="hint">{`And ${problems.length - PROBLEMS_SHOWN} more.`}</p>}
    </section>
  );

/** The member of a question or rule that it is about, as "smallest number: ". */
function memberOfProblem({ pointer }: Problem): string {
  const [, member] = /^\/(?:questions|rules)\/\d+\/(\w+)/.exec(pointer) ?? [];
  return member === undefined ? "" : `${memberName(member)}: `;
}

/** Where a problem is mended. */
function placeOf(form: string, draft: OutlineProps["draft"], { pointer }: Problem): { path: string; name: string } {
  const [, list, place = ""] = pointer.split("/");
  const at = Number(place);
  if (list === "questions" && place !== "") {
    const title = textOf(memberOf(listOf(draft, "questions")[at], "title"));
    return { path: questionPath(form, keysOf(draft, "questions")[at] ?? ""), name: title || `Question ${at + 1}` };
  }
  if (list === "rules" && place !== "") {
    const key = keysOf(draft, "rules")[at] ?? "";
    return { path: rulePath(form, key), name: `Rule ${key}` };
  }
  if (list === "questions") return { path: "#add", name: "Questions" };
  if (list === "title" || list === "description" || list === "language") return { path: "#f_title", name: "The form" };
  return { path: editPath(form, "json"), name: pointer.slice(1).replaceAll("/", " ") || "The form" };
}
