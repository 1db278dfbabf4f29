import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Curator as a driver of the benchmarks; see ../../README.md for the protocol. */
public final class CuratorDriver {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PrintStream EVENTS = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private static final Map<String, Work.Maker> WORKS = new HashMap<>();

  static {
    WORKS.put("lock-cycle", LockWorks::cycle);
    WORKS.put("lock-tasks", LockWorks::tasks);
    WORKS.put("lock-many", LockWorks::many);
    WORKS.put("hand-over", LockWorks::handOver);
    WORKS.put("semaphore", SemaphoreWorks::cycle);
    WORKS.put("counter", CounterWorks::add);
    WORKS.put("party-join", PartyWorks::join);
    WORKS.put("party-list", PartyWorks::list);
    WORKS.put("party-change", PartyWorks::change);
    WORKS.put("election-pass", ElectionWorks::pass);
    WORKS.put("election-lead", ElectionWorks::lead);
    WORKS.put("double-barrier", BarrierWorks::enterAndLeave);
    WORKS.put("memory-held", MemoryWorks::held);
    WORKS.put("memory-waiting", MemoryWorks::waiting);
    WORKS.put("memory-watching", MemoryWorks::watching);
    WORKS.put("idle", LockWorks::idle);
  }

  private Setting setting;
  private Work work;

  public static void main(String[] args) throws IOException {
    emit(JSON.createObjectNode().put("event", "ready"));
    CuratorDriver driver = new CuratorDriver();
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      emit(driver.answer(JSON.readTree(line)));
    }
    Runtime.getRuntime().halt(0);
  }

  private ObjectNode answer(JsonNode command) {
    ObjectNode reply = JSON.createObjectNode().put("id", command.get("id").asInt());
    try {
      switch (command.get("verb").asText()) {
        case "prepare" -> {
          setting = new Setting(command);
          work = WORKS.get(command.get("work").asText()).prepare(setting);
        }
        case "run" -> reply.set("figures", JSON.valueToTree(timed(command.get("budgetMs").asLong())));
        case "finish" -> setting.close();
        default -> throw new IllegalArgumentException("unknown verb " + command.get("verb"));
      }
      return reply.put("event", "done");
    } catch (Throwable error) {
      return reply.put("event", "error").put("code", error.getClass().getSimpleName()).put("message", error.toString());
    }
  }

  private Map<String, Object> timed(long budgetMs) throws Exception {
    long cpu = SYSTEM.getProcessCpuTime();
    long begun = System.nanoTime();
    Map<String, Object> figures = new HashMap<>(work.run(budgetMs));
    figures.put("elapsedMs", (System.nanoTime() - begun) / 1e6);
    figures.put("cpuMs", (SYSTEM.getProcessCpuTime() - cpu) / 1e6);
    return figures;
  }

  private static void emit(ObjectNode event) {
    EVENTS.println(event);
    if (EVENTS.checkError()) {
      Runtime.getRuntime().halt(1);
    }
  }
}
