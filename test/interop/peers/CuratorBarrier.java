import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.barriers.DistributedBarrier;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;
import org.apache.curator.retry.ExponentialBackoffRetry;

/**
 * Curator's barriers as a peer process, driven by JSON lines.
 *
 * <pre>CuratorBarrier HOSTS</pre>
 *
 * Each line of stdin is a command {"id", "verb", ...}, each line of stdout an event {"id", "event", ...}; the events
 * `ready` and `failed` at the start carry no id.
 *
 * <pre>
 * create  path                  -> created
 * remove  path                  -> removed
 * wait    path, timeoutSeconds  -> waited {open}    whether the barrier was opened in time
 * enter   path, parties         -> entered          a participant of its own for each path
 * leave   path                  -> left
 * </pre>
 *
 * A command that fails is answered by `error` {code, message}. Each command runs on a thread of its own, so that one can
 * be answered while another waits. The end of stdin closes the session and ends the process: the peer never outlives the
 * test that drives it.
 */
public final class CuratorBarrier {
  private static final int QUIT_LIMIT_MS = 3_000;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PrintStream EVENTS = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private final CuratorFramework client;
  private final Map<String, DistributedDoubleBarrier> doubleBarriers = new ConcurrentHashMap<>();

  private CuratorBarrier(String hosts) throws InterruptedException {
    client = CuratorFrameworkFactory.newClient(hosts, 4_000, 15_000, new ExponentialBackoffRetry(100, 10));
    client.start();
    if (!client.blockUntilConnected(15, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no connection to " + hosts + " within 15 s");
    }
  }

  public static void main(String[] args) throws IOException {
    CuratorBarrier peer;
    try {
      peer = new CuratorBarrier(args[0]);
    } catch (Throwable error) {
      emit(JSON.createObjectNode().put("event", "failed").put("message", error.toString()));
      Runtime.getRuntime().halt(1);
      return;
    }
    emit(JSON.createObjectNode().put("event", "ready"));
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      JsonNode command = JSON.readTree(line);
      Thread thread = new Thread(() -> emit(peer.answer(command)));
      thread.setDaemon(true);
      thread.start();
    }
    peer.quit();
  }

  private ObjectNode answer(JsonNode command) {
    ObjectNode reply = JSON.createObjectNode().put("id", command.get("id").asInt());
    String path = command.get("path").asText();
    try {
      switch (command.get("verb").asText()) {
        case "create" -> {
          new DistributedBarrier(client, path).setBarrier();
          reply.put("event", "created");
        }
        case "remove" -> {
          new DistributedBarrier(client, path).removeBarrier();
          reply.put("event", "removed");
        }
        case "wait" -> {
          long seconds = command.get("timeoutSeconds").asLong();
          reply.put("open", new DistributedBarrier(client, path).waitOnBarrier(seconds, TimeUnit.SECONDS));
          reply.put("event", "waited");
        }
        case "enter" -> {
          int parties = command.get("parties").asInt();
          doubleBarriers
              .computeIfAbsent(path, key -> new DistributedDoubleBarrier(client, key, parties))
              .enter();
          reply.put("event", "entered");
        }
        case "leave" -> {
          doubleBarriers.get(path).leave();
          reply.put("event", "left");
        }
        default -> throw new IllegalArgumentException("unknown verb " + command.get("verb"));
      }
    } catch (Exception error) {
      reply.put("event", "error").put("code", error.getClass().getSimpleName()).put("message", error.toString());
    }
    return reply;
  }

  private static synchronized void emit(ObjectNode event) {
    EVENTS.println(event);
    if (EVENTS.checkError()) {
      Runtime.getRuntime().halt(1);
    }
  }

  private void quit() {
    Thread limit = new Thread(() -> {
      try {
        Thread.sleep(QUIT_LIMIT_MS);
      } catch (InterruptedException error) {
        // Nobody interrupts it.
      }
      Runtime.getRuntime().halt(0);
    });
    limit.setDaemon(true);
    limit.start();
    client.close();
    Runtime.getRuntime().halt(0);
  }
}
