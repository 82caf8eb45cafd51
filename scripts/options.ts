/** The command lines of the scripts. */
import { type ParseArgsConfig, parseArgs } from "node:util";

/**
 * What the command line says. One that can't be read ends the process with code 2, what is wrong with it and the
 * usage; `--help` with the usage alone.
 */
export function readOptions<const T extends ParseArgsConfig>(usage: string, config: T) {
  // npm takes the first --; people write a second one.
  const args = process.argv.slice(2).filter((arg) => arg !== "--");
  if (args.includes("--help")) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs({ args, ...config });
  } catch (error) {
    if (!(error instanceof TypeError) || !("code" in error) || !String(error.code).startsWith("ERR_PARSE_ARGS")) {
      throw error;
    }
    const [mistake] = error.message.split(/\.\s/, 1);
    console.error(`${mistake}\n\n${usage}`);
    process.exit(2);
  }
}
