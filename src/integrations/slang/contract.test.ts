import { indexProvider } from "../../../test/contracts/index.provider";
import { describeContract } from "../../../test/contracts/integration.case";
import { strayTerms } from "../../../test/support/slang";
import { slang } from "./index";

const place = { language: "hi", city: null, meaning: null, partOfSpeech: null };

describeContract({
  kind: slang,
  config: { text: "about", city: "city" },
  lexicon: [{ ...place, term: "yaar", variants: [] }],
  definition: {
    title: "Contract",
    questions: [
      { ref: "about", type: "long_text", title: "About" },
      { ref: "city", type: "dropdown", title: "City", choices: ["pune", "delhi"].map((id) => ({ id, label: id })) },
    ],
  },
  answers: (n) => ({ about: `Person Secretsson ${n}, ek number yaar`, city: n % 2 === 0 ? "pune" : "delhi" }),
  ordered: true,
  secretWords: ["Secretsson"],
  provider: () => indexProvider(strayTerms),
});
