/** How the installation is: /readyz for load balancers, /metrics for Prometheus. */
import { Hono } from "hono";
import type { AppEnv } from "../../context";
import { formatMetrics, METRICS_TYPE } from "../../core/metrics";
import { readMetrics, readReadiness } from "../../services/vitals";
import { withMetricsKey } from "../auth";
import { secureAnswers } from "../secure-headers";

export const vitalRoutes = new Hono<AppEnv>()
  .get("/readyz", secureAnswers, async (c) => {
    const readiness = await readReadiness(c.get("ctx"));
    c.header("Cache-Control", "no-store");
    return c.json(readiness, readiness.status === "ready" ? 200 : 503);
  })
  .get("/metrics", secureAnswers, withMetricsKey, async (c) => {
    const text = formatMetrics(await readMetrics(c.get("ctx")));
    return c.body(text, 200, { "content-type": METRICS_TYPE, "cache-control": "no-store" });
  });
