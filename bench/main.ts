/**
 * `npm run bench -- <name> [options]`: figures about Formlog, measured on this machine. bench/README.md says which
 * there are.
 */
import { bytes } from "./bytes";
import { cost } from "./cost-bench";
import { cpu } from "./cpu";
import { drain } from "./drain";
import { group } from "./group";
import { growth } from "./growth";
import { lists } from "./lists";
import { migrations } from "./migrations";
import { rules } from "./rules";
import { size } from "./size";
import { soak } from "./soak";
import { storm } from "./storm";
import { submit } from "./submit";

const BENCHES: Readonly<Record<string, (args: string[]) => Promise<boolean>>> = {
  bytes,
  cost,
  cpu,
  drain,
  group,
  growth,
  lists,
  migrations,
  rules,
  size,
  soak,
  storm,
  submit,
};

const [name = "", ...args] = process.argv.slice(2);
const bench = BENCHES[name];
if (!bench) {
  console.error(`npm run bench -- ${Object.keys(BENCHES).join("|")}, see bench/README.md`);
  process.exit(1);
}
process.exit((await bench(args)) ? 0 : 1);
