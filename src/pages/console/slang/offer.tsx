/** The offer to look for slang in a form: it has to know which answers, and of which city they are. */
import type { Question } from "../../../core/form";
import { Offer } from "../indexes/offer";
import { Input, Select } from "../parts/controls";
import { Empty } from "../parts/empty";

interface SlangOfferProps {
  readonly action: string;
  readonly questions: readonly Question[];
  readonly sent?: URLSearchParams | undefined;
}

const TEXTS: ReadonlySet<string> = new Set(["long_text", "short_text"]);
const CITIES: ReadonlySet<string> = new Set(["dropdown", "single_choice", "short_text"]);

const TITLE = "Nobody looks for slang here yet";

export const SlangOffer = ({ action, questions, sent }: SlangOfferProps) => {
  const options = (types: ReadonlySet<string>) =>
    questions
      .filter(({ type }) => types.has(type))
      .map(({ ref, title }) => ({ value: ref, label: title.slice(0, 80) }));
  const [texts, cities] = [options(TEXTS), options(CITIES)];
  if (texts.length === 0 || cities.length === 0) {
    return (
      <Empty title={TITLE}>
        <p>
          It needs a question with a text, and one that says which city the respondent is of: a choice or a short text.
        </p>
      </Empty>
    );
  }
  const longest = questions.find(({ type }) => type === "long_text")?.ref;
  const likely = questions.find(
    ({ ref, type, title }) => CITIES.has(type) && /city|town|stadt|ville|शहर/i.test(`${ref} ${title}`),
  );
  return (
    <Offer
      title={TITLE}
      about="It finds the terms of the workspace's lexicon in answers, counts them by city, and finds words that one city uses more than the others."
      verb="Look for slang"
      action={action}
      inputs={
        <>
          <Select
            label="Whose answers are looked through"
            name="text"
            value={sent?.get("text") ?? longest}
            options={texts}
          />
          <Select
            label="Which question is the city"
            name="city"
            value={sent?.get("city") ?? likely?.ref}
            options={cities}
          />
          <Input
            label="Language"
            name="language"
            value={sent?.get("language") ?? ""}
            maxlength={35}
            hint="Only terms of this one, as hi or ta. Empty: of all."
          />
        </>
      }
    />
  );
};
