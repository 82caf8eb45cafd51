/** The worker of this kind: the engine's handlers over the kind's own code. */
import { consumer } from "../../../src/dispatch/consumer";
import { myKind } from "./index";

export default consumer(myKind);
