/** Serves an emulator over HTTP. A fault that breaks the connection does so for real: the socket is destroyed. */
import { type HttpBindings, serve } from "@hono/node-server";

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on a port of this machine (0: any free one). */
export function serveEmulator(fetch: (request: Request) => Promise<Response>, port: number): Promise<Served> {
  const answer = async (request: Request, env: unknown) => {
    try {
      return await fetch(request);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "EmulatorDrop") throw error;
      (env as HttpBindings).incoming.socket.destroy();
      return new Response(null);
    }
  };
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: answer, port, hostname: "127.0.0.1" }, (info) =>
      resolve({
        url: `http://127.0.0.1:${info.port}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            if ("closeAllConnections" in server) server.closeAllConnections();
          }),
      }),
    );
    server.once("error", reject);
  });
}
