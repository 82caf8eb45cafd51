/** `npm run bench -- <name> [options]`: figures about Formlog, measured on this machine. bench/README.md says which there are. */
import { lists } from "./lists";
import { rules } from "./rules";

const BENCHES: Readonly<Record<string, (args: string[]) => Promise<boolean>>> = { lists, rules };

const [name = "", ...args] = process.argv.slice(2);
const bench = BENCHES[name];
if (!bench) {
  console.error(`npm run bench -- ${Object.keys(BENCHES).join("|")}, see bench/README.md`);
  process.exit(1);
}
process.exit((await bench(args)) ? 0 : 1);
