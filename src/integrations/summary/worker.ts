/** The worker of this kind: the engine's handlers over the kind's own code. */
import { consumer } from "../../dispatch/consumer";
import { summary } from "./index";

export default consumer(summary);
