/** The worker of this kind: the engine's handlers over the kind's own code. */
import { consumer } from "../../dispatch/consumer";
import { slang } from "./index";

export default consumer(slang);
