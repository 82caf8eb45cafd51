/** The page of a collector's inbox as a function of its props, and the links that lead to it. */
import type { Definition } from "../../core/form";
import { sayTime } from "./clock";
import type { ShownForm } from "./language";
import { Languages } from "./languages";
import { Layout, lookOf } from "./layout";
import { formPath, type Kept } from "./paths";
import type { Inbox } from "./services";
import { showAnswer } from "./show";
import { fillIn, type Words } from "./words";

const BELOW = "inbox";

interface InboxPageProps extends ShownForm {
  readonly kept: Kept;
  readonly inbox: Inbox;
}

/** What was flagged of the collector's own, oldest first, each leading to the page where it is mended. */
export const InboxPage = (props: InboxPageProps) => {
  const { form, speech, kept, inbox } = props;
  const { words } = speech;
  const { definition } = form;
  const heading = words.inbox.title;
  return (
    <Layout title={`${heading}: ${definition.title}`} language={definition.language} look={lookOf(form, kept)}>
      <Languages {...props} below={BELOW} />
      <h1>{heading}</h1>
      <p class="lead" dir="auto">
        {definition.title}
      </p>
      <p class="lead">{inbox.flagged > 0 ? fillIn(words.inbox.waiting, { n: inbox.flagged }) : words.inbox.empty}</p>
      {inbox.items.length > 0 && (
        <ul class="inbox">
          {inbox.items.map((item) => (
            <Item {...props} item={item} />
          ))}
        </ul>
      )}
      {inbox.next !== null && (
        <p>
          <a href={`${formPath(form.id, kept, BELOW)}&cursor=${encodeURIComponent(inbox.next)}`}>{words.inbox.more}</a>
        </p>
      )}
      <p>
        <a href={formPath(form.id, kept)}>{words.inbox.form}</a>
      </p>
    </Layout>
  );
};

const Item = ({ form, speech, kept, item }: InboxPageProps & { item: Inbox["items"][number] }) => {
  const { words, tag } = speech;
  const at = new Date(item.submittedAt ?? item.receivedAt);
  const heading = `item_${item.response}`;
  const correction = item.correction.url.slice(item.correction.url.lastIndexOf("/") + 1);
  const said = [...new Set(item.flags.map(({ message }) => message))];
  return (
    <li>
      <h2 id={heading} dir="auto">
        {namesOf(form.definition, item.answers, words).join(" · ") || item.response}
      </h2>
      <p class="hint">
        <time datetime={at.toISOString()}>{sayTime(at, tag, form.settings)}</time>
      </p>
      {said.length === 0 ? (
        <p>{words.correct.asked}</p>
      ) : (
        <ul class="said">
          {said.map((text) => (
            <li>
              <span dir="auto">{text}</span>
            </li>
          ))}
        </ul>
      )}
      <p>
        <a
          class="button"
          id={`go_${item.response}`}
          href={formPath(form.id, kept, `corrections/${correction}`)}
          aria-labelledby={`go_${item.response} ${heading}`}
        >
          {words.correct.link}
        </a>
      </p>
    </li>
  );
};

/** Answers that whoever collected it knows it by, and the characters of each at most. */
const NAMES = 3;
const NAME_CHARACTERS = 60;

/** The first answers that were given; what is calculated is not for everybody to see. */
function namesOf({ questions }: Definition, answers: Inbox["items"][number]["answers"], words: Words): string[] {
  const given = questions.flatMap((question) => {
    const answer = Object.hasOwn(answers, question.ref) ? answers[question.ref] : undefined;
    if (answer === undefined || question.calculated !== undefined) return [];
    const text = [...showAnswer(question, answer, words)];
    return text.length > NAME_CHARACTERS ? `${text.slice(0, NAME_CHARACTERS).join("")}…` : text.join("");
  });
  return given.slice(0, NAMES);
}

interface LinkProps {
  readonly form: string;
  readonly kept: Kept;
  readonly words: Words;
}

/** Leads to the inbox of the link that the page was opened with; nothing without one. */
export const InboxLink = ({ form, kept, words }: LinkProps) =>
  kept.link === undefined ? null : (
    <p>
      <a href={formPath(form, kept, BELOW)}>{words.inbox.title}</a>
    </p>
  );

/** The same over the form, with how much waits there; nothing when nothing does. */
export const WaitingNotice = ({ form, kept, words, waiting }: LinkProps & { waiting: number }) =>
  waiting === 0 ? null : (
    <div class="notice">
      <p>
        <a href={formPath(form, kept, BELOW)}>{fillIn(words.inbox.waiting, { n: waiting })}</a>
      </p>
    </div>
  );
