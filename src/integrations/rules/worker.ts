/** The worker of this kind: the engine's handlers over the kind's own code. */
import { consumer } from "../../dispatch/consumer";
import { rules } from "./index";

export default consumer(rules);
