import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.curator.RetryPolicy;
import org.apache.curator.framework.recipes.atomic.AtomicValue;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicInteger;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.framework.recipes.shared.VersionedValue;
import org.apache.curator.retry.RetryNTimes;

/**
 * Curator's counters as a peer process; JsonLinePeer has the protocol.
 *
 * <pre>CuratorCounter HOSTS</pre>
 *
 * <pre>
 * add  path, form, amount, times  -> added {steps}  [before, after] of each addition
 * get  path, form                 -> value {value}  a shared count tells what it has been notified of
 * </pre>
 *
 * The form is "long" (DistributedAtomicLong), "integer" (DistributedAtomicInteger) or "shared" (SharedCount, which starts
 * at 0 where there is none, and stays open). Commands run one after the other.
 */
public final class CuratorCounter extends JsonLinePeer {
  /** Conflicts are what the tests are about: Curator is to try again for as long as it takes. */
  private static final RetryPolicy PATIENCE = new RetryNTimes(10_000, 1);

  private final Map<String, SharedCount> sharedCounts = new HashMap<>();

  private CuratorCounter(String hosts) throws InterruptedException {
    super(clientOf(hosts));
    on("add", Runnable::run, (command, reply) -> reply.put("event", "added").set("steps", add(command)));
    on("get", Runnable::run, (command, reply) -> reply.put("event", "value").put("value", get(command)));
  }

  public static void main(String[] args) throws IOException {
    serve(arguments -> new CuratorCounter(arguments[0]), args);
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
    String path = pathOf(command);
    return switch (command.get("form").asText()) {
      case "long" -> stepOf(new DistributedAtomicLong(client, path, PATIENCE).add(amount));
      case "integer" -> stepOf(new DistributedAtomicInteger(client, path, PATIENCE).add((int) amount));
      default -> addToShared(sharedCount(path), (int) amount);
    };
  }

  private long get(JsonNode command) throws Exception {
    String path = pathOf(command);
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
}
