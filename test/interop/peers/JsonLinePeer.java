import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.ExponentialBackoffRetry;

/**
 * What every Curator peer has: a client, a loop over JSON lines, and an end.
 *
 * Each line of stdin is a command {"id", "verb", ...}, each line of stdout an event {"id", "event", ...}; the events
 * `ready` and `failed` at the start carry no id. A command that fails is answered by `error` {code, message}, with the code
 * "timeout" for a {@link TimeoutFailure}. The end of stdin closes the session and ends the process: a peer never outlives
 * the test that drives it.
 */
abstract class JsonLinePeer {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final int SESSION_TIMEOUT_MS = 4_000;
  private static final int QUIT_LIMIT_MS = 3_000;
  private static final PrintStream EVENTS = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  /** Does what is asked, and puts the name of the event and its fields into the reply. */
  @FunctionalInterface
  interface Verb {
    void run(JsonNode command, ObjectNode reply) throws Exception;
  }

  @FunctionalInterface
  interface Opening {
    JsonLinePeer open(String[] args) throws Exception;
  }

  static final class TimeoutFailure extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private record Registration(Executor executor, Verb verb) {}

  final CuratorFramework client;
  private final Map<String, Registration> verbs = new HashMap<>();

  /** Starts the client, and waits until it is connected. */
  JsonLinePeer(CuratorFramework client) throws InterruptedException {
    this.client = client;
    client.start();
    if (!client.blockUntilConnected(15, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no connection within 15 s");
    }
  }

  static CuratorFramework clientOf(String hosts) {
    return clientBuilder(hosts, SESSION_TIMEOUT_MS).build();
  }

  static CuratorFrameworkFactory.Builder clientBuilder(String hosts, int sessionTimeoutMs) {
    return CuratorFrameworkFactory.builder()
        .connectString(hosts)
        .sessionTimeoutMs(sessionTimeoutMs)
        .connectionTimeoutMs(15_000)
        .retryPolicy(new ExponentialBackoffRetry(100, 10));
  }

  static int sessionTimeoutMsIn(Map<String, String> options) {
    String value = options.get("--session-timeout-ms");
    return value == null ? SESSION_TIMEOUT_MS : Integer.parseInt(value);
  }

  static String pathOf(JsonNode command) {
    return command.get("path").asText();
  }

  /** `--name value` from the third argument on. */
  static Map<String, String> optionsIn(String[] args) {
    Map<String, String> options = new HashMap<>();
    for (int i = 2; i + 1 < args.length; i += 2) {
      options.put(args[i], args[i + 1]);
    }
    return options;
  }

  /** @param executor which threads the verb's commands run on; `Runnable::run` is before the next one is read. */
  final void on(String name, Executor executor, Verb verb) {
    verbs.put(name, new Registration(executor, verb));
  }

  /** Answers commands until there are no more. */
  static void serve(Opening opening, String[] args) throws IOException {
    JsonLinePeer peer;
    try {
      peer = opening.open(args);
    } catch (Throwable error) {
      emit(JSON.createObjectNode().put("event", "failed").put("message", error.toString()));
      Runtime.getRuntime().halt(1);
      return;
    }
    emit(JSON.createObjectNode().put("event", "ready"));
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      JsonNode command = JSON.readTree(line);
      Registration registration = peer.verbs.get(command.get("verb").asText());
      if (registration == null) {
        throw new IllegalArgumentException("unknown verb " + command.get("verb"));
      }
      registration.executor.execute(() -> answer(command, registration.verb));
    }
    peer.quit();
  }

  private static void answer(JsonNode command, Verb verb) {
    ObjectNode reply = JSON.createObjectNode().put("id", command.get("id").asInt());
    try {
      verb.run(command, reply);
    } catch (TimeoutFailure error) {
      reply.put("event", "error").put("code", "timeout").put("message", "nothing came of it in time");
    } catch (Exception error) {
      reply.put("event", "error").put("code", error.getClass().getSimpleName()).put("message", error.toString());
    }
    emit(reply);
  }

  private static synchronized void emit(ObjectNode event) {
    EVENTS.println(event);
    if (EVENTS.checkError()) {
      Runtime.getRuntime().halt(1);
    }
  }

  private void quit() {
    Thread closing = new Thread(client::close);
    closing.setDaemon(true);
    closing.start();
    try {
      closing.join(QUIT_LIMIT_MS);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(0);
  }
}
