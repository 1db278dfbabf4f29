import type { Connection } from "./connection.js";
import type { OperationFault } from "./operation-fault.js";
import type { PortRequest } from "./port.js";
import type { Quorum } from "./quorum.js";

/** Carries a request to its server, and its reply back, as far as the fault lets it. */
export function carry(
  connection: Connection,
  request: PortRequest,
  fault: OperationFault | undefined,
  quorum: Quorum,
): void {
  const { toServer, toClient, server } = connection;
  const label = `${request.operation} ${request.request.path}`;
  const serve = () => server.request(connection, request);
  const end = () => {
    if (fault?.consequence === "expiry" && connection.session !== undefined) quorum.closeSession(connection.session);
  };
  const cut = (sent?: "arrives") => {
    connection.cut(sent);
    end();
  };
  switch (fault?.point) {
    case "lost":
      toServer.send(`${label} is lost`, cut);
      break;
    case "reply-lost":
      toServer.send(label, () => {
        toClient.hold();
        serve();
        // Once it is served, which may take the server more than this step.
        setTimeout(cut, 1);
      });
      break;
    case "late":
      toServer.send(label, serve);
      cut("arrives");
      break;
    case "delayed":
      toServer.send(label, () => {
        toClient.hold();
        serve();
        setTimeout(
          () => (fault.consequence === "reconnect" ? toClient.release() : cut()),
          thirdOfSession(connection, quorum),
        );
      });
      break;
    case "silence":
      toServer.send(label, () => {
        connection.silence();
        serve();
        end();
      });
      break;
    default:
      toServer.send(label, serve);
  }
}

/** In virtual milliseconds. */
export function thirdOfSession({ session }: Connection, quorum: Quorum): number {
  return (session === undefined ? 0 : (quorum.grantOf(session)?.timeoutMs ?? 0)) / 3;
}
