/** A form with so many responses, sent through the batch API. */
import type { Installation } from "./installation";
import { progress } from "./report";

export interface Form {
  readonly path: string;
  readonly responses: number;
}

const BATCH = 500;
const CLIENTS = 3;
/** One response in so many is of the rare city. */
export const RARE_EVERY = 125;
export const RARE = "leh";
const CITIES = [RARE, "pune", "delhi", "agra", "surat", "patna", "kochi", "salem"];
const CROPS = ["rice", "wheat", "maize", "millet"];
const choices = (ids: readonly string[]) => ids.map((id) => ({ id, label: id[0]?.toUpperCase() + id.slice(1) }));

export const FORM = {
  title: "Household survey",
  questions: [
    { ref: "name", type: "short_text", title: "Name", required: true },
    { ref: "age", type: "integer", title: "Age", min: 0, max: 130, indexed: true },
    { ref: "phone", type: "phone_number", title: "Phone" },
    { ref: "city", type: "dropdown", title: "City", choices: choices(CITIES), indexed: true },
    { ref: "crops", type: "multiple_choice", title: "Crops", choices: choices(CROPS) },
    { ref: "visited", type: "date", title: "Visited on" },
    { ref: "rating", type: "rating", title: "Rating" },
    { ref: "comment", type: "long_text", title: "Comment" },
  ],
};

export const answersOf = (n: number) => ({
  name: `आशा पाटील ${n}`,
  age: n % 100,
  phone: `+9198${String(n % 1e8).padStart(8, "0")}`,
  city: n % RARE_EVERY === 0 ? RARE : CITIES[1 + (n % (CITIES.length - 1))],
  crops: [CROPS[n % 4], CROPS[(n + 1) % 4]],
  visited: `2026-${String(1 + (n % 12)).padStart(2, "0")}-${String(1 + (n % 28)).padStart(2, "0")}`,
  rating: 1 + (n % 5),
  comment: `On visit ${n} the family said that the well is dry since March, and that they walk an hour for water.`,
});

/** Stores the responses, numbered from 0. */
export async function load(installation: Installation, form: Form): Promise<void> {
  const tell = progress("stored", form.responses);
  let [taken, stored] = [0, 0];
  const client = async () => {
    while (taken < form.responses) {
      const first = taken;
      const size = Math.min(BATCH, form.responses - first);
      taken += size;
      const responses = Array.from({ length: size }, (_, i) => ({ answers: answersOf(first + i) }));
      const { items } = await installation.call("POST", `${form.path}/responses/batch`, { responses });
      const good = items.filter((item: { status: number }) => item.status === 201).length;
      if (good !== size) throw new Error(`${size - good} of a batch were not stored: ${JSON.stringify(items[0])}`);
      stored += size;
      tell(stored);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}
