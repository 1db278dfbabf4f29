import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.curator.RetryPolicy;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.atomic.AtomicValue;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicInteger;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.framework.recipes.shared.VersionedValue;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.curator.retry.RetryNTimes;

/**
 * Curator's counters as a peer process, driven by JSON lines.
 *
 * <pre>CuratorCounter HOSTS</pre>
 *
 * Each line of stdin is a command {"id", "verb", ...}, each line of stdout an event {"id", "event", ...}; the events
 * `ready` and `failed` at the start carry no id.
 *
 * <pre>
 * add  path, form, amount, times  -> added {steps}  [before, after] of each addition
 * get  path, form                 -> value {value}  a shared count tells what it has been notified of
 * </pre>
 *
 * The form is "long" (DistributedAtomicLong), "integer" (DistributedAtomicInteger) or "shared" (SharedCount, which starts
 * at 0 where there is none, and stays open). A command that fails is answered by `error` {code, message}. The end of
 * stdin closes the session and ends the process: the peer never outlives the test that drives it.
 */
public final class CuratorCounter {
  private static final int QUIT_LIMIT_MS = 3_000;
  /** Conflicts are what the tests are about: Curator is to try again for as long as it takes. */
  private static final RetryPolicy PATIENCE = new RetryNTimes(10_000, 1);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PrintStream EVENTS = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private final CuratorFramework client;
  private final Map<String, SharedCount> sharedCounts = new HashMap<>();

  private CuratorCounter(String hosts) throws InterruptedException {
    client = CuratorFrameworkFactory.newClient(hosts, 4_000, 15_000, new ExponentialBackoffRetry(100, 10));
    client.start();
    if (!client.blockUntilConnected(15, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no connection to " + hosts + " within 15 s");
    }
  }

  public static void main(String[] args) throws IOException {
    CuratorCounter peer;
    try {
      peer = new CuratorCounter(args[0]);
    } catch (Throwable error) {
      emit(JSON.createObjectNode().put("event", "failed").put("message", error.toString()));
      Runtime.getRuntime().halt(1);
      return;
    }
    emit(JSON.createObjectNode().put("event", "ready"));
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      emit(peer.answer(JSON.readTree(line)));
    }
    peer.quit();
  }

  private ObjectNode answer(JsonNode command) {
    ObjectNode reply = JSON.createObjectNode().put("id", command.get("id").asInt());
    try {
      switch (command.get("verb").asText()) {
        case "add" -> reply.put("event", "added").set("steps", add(command));
        case "get" -> reply.put("event", "value").put("value", get(command));
        default -> throw new IllegalArgumentException("unknown verb " + command.get("verb"));
      }
    } catch (Exception error) {
      reply.put("event", "error").put("code", error.getClass().getSimpleName()).put("message", error.toString());
    }
    return reply;
  }

  private ArrayNode add(JsonNode command) throws Exception {
    ArrayNode steps = JSON.createArrayNode();
    for (int time = 0; time < command.get("times").asInt(); time++) {
      long[] step = addOnce(command, command.get("amount").asLong());
      steps.addArray().add(step[0]).add(step[1]);
    }
    return steps;
  }

  private long[] addOnce(JsonNode command, long amount) throws Exception {
    String path = command.get("path").asText();
    return switch (command.get("form").asText()) {
      case "long" -> stepOf(new DistributedAtomicLong(client, path, PATIENCE).add(amount));
      case "integer" -> stepOf(new DistributedAtomicInteger(client, path, PATIENCE).add((int) amount));
      default -> addToShared(sharedCount(path), (int) amount);
    };
  }

  private long get(JsonNode command) throws Exception {
    String path = command.get("path").asText();
    return switch (command.get("form").asText()) {
      case "long" -> new DistributedAtomicLong(client, path, PATIENCE).get().postValue();
      case "integer" -> new DistributedAtomicInteger(client, path, PATIENCE).get().postValue();
      default -> sharedCount(path).getCount();
    };
  }

  private static long[] stepOf(AtomicValue<? extends Number> value) {
    if (!value.succeeded()) {
      throw new IllegalStateException("Curator's add did not succeed");
    }
    return new long[] {value.preValue().longValue(), value.postValue().longValue()};
  }

  private static long[] addToShared(SharedCount count, int amount) throws Exception {
    while (true) {
      VersionedValue<Integer> before = count.getVersionedValue();
      int after = before.getValue() + amount;
      if (count.trySetCount(before, after)) {
        return new long[] {before.getValue(), after};
      }
    }
  }

  private SharedCount sharedCount(String path) throws Exception {
    SharedCount found = sharedCounts.get(path);
    if (found == null) {
      found = new SharedCount(client, path, 0);
      found.start();
      sharedCounts.put(path, found);
    }
    return found;
  }

  private static void emit(ObjectNode event) {
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
