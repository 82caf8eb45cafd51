/** The gateway: the worker that the public reaches. Cron and queues are the API worker's. */
import { gateway } from "./app";

export default gateway;
