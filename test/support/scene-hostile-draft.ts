/** The draft of the hostile scene. */
import { HOSTILE, HOSTILE_TEXT } from "./hostile";
import type { Stack } from "./stack";

/** A draft whose every text is hostile, a second version, and settings of such texts. */
export async function hostileDraft(
  stack: Stack,
  { key, form, choices }: { key: string; form: string; choices: object[] },
) {
  const texts = HOSTILE.map((one, i) => ({ ref: `q${i}`, type: "short_text", title: `${one} 2`, description: one }));
  const [first, ...rest] = texts;
  const pick = { ref: "pick", type: "single_choice", title: "Pick", choices };
  const page = { title: HOSTILE[0], description: HOSTILE[1] };
  const rules = [
    {
      name: "r",
      severity: "flag",
      expression: `q0 != ${JSON.stringify(HOSTILE[0])}`,
      message: HOSTILE[0],
      questions: ["q1"],
    },
  ];
  const translations = { hi: { title: HOSTILE[2], questions: { q0: { title: HOSTILE[0] } } } };
  const good = {
    title: HOSTILE_TEXT.slice(0, 200),
    questions: [{ ...first, page }, ...rest, pick],
    rules,
    translations,
  };
  const choiceLists = { hostile: choices };
  const made = [
    await stack.call("POST", `/v1/forms/${form}/versions`, { key, body: { ...good, choiceLists } }),
    await stack.call("PUT", `/v1/forms/${form}/draft`, {
      key,
      body: {
        ...good,
        choiceLists: { ...choiceLists, [HOSTILE[0]]: [] },
        questions: [
          ...good.questions,
          { ref: HOSTILE[0], type: HOSTILE[1], title: HOSTILE[2], min: HOSTILE[0], [HOSTILE[1]]: 1 },
        ],
        rules: [...rules, { name: HOSTILE[0], severity: HOSTILE[1], expression: HOSTILE[2], message: HOSTILE[0] }],
        translations: { ...translations, [HOSTILE[0]]: {} },
      },
    }),
    await stack.call("PATCH", `/v1/forms/${form}`, {
      key,
      body: { thanksMessage: HOSTILE[0], closedMessage: HOSTILE[1] },
    }),
  ];
  for (const { status, body } of made) if (status >= 300) throw new Error(JSON.stringify(body));
}
