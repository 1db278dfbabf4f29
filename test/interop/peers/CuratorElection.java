import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.framework.recipes.leader.Participant;
import org.apache.curator.retry.ExponentialBackoffRetry;

/**
 * Curator's LeaderSelector as a peer process, driven by JSON lines.
 *
 * <pre>CuratorElection HOSTS PATH [--identifier ID] [--session-timeout-ms MS]</pre>
 *
 * The protocol is that of kazoo_election.py.
 */
public final class CuratorElection {
  private static final int QUIT_LIMIT_MS = 3_000;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PrintStream EVENTS = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  @FunctionalInterface
  private interface Verb {
    void run(ObjectNode reply) throws Exception;
  }

  private final CuratorFramework client;
  private final LeaderSelector selector;
  private final BlockingQueue<Boolean> elections = new LinkedBlockingQueue<>();
  private final BlockingQueue<Boolean> resignations = new LinkedBlockingQueue<>();
  private boolean isStarted;

  private CuratorElection(String hosts, String path, Map<String, String> options) throws InterruptedException {
    client = CuratorFrameworkFactory.builder()
        .connectString(hosts)
        .sessionTimeoutMs(Integer.parseInt(options.getOrDefault("--session-timeout-ms", "4000")))
        .connectionTimeoutMs(15_000)
        .retryPolicy(new ExponentialBackoffRetry(100, 10))
        .build();
    client.start();
    if (!client.blockUntilConnected(15, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no connection to " + hosts + " within 15 s");
    }
    selector = new LeaderSelector(client, path, new LeaderSelectorListenerAdapter() {
      @Override
      public void takeLeadership(CuratorFramework client) throws Exception {
        elections.put(true);
        resignations.take();
      }
    });
    selector.setId(options.getOrDefault("--identifier", ""));
  }

  public static void main(String[] args) throws IOException {
    CuratorElection peer;
    try {
      Map<String, String> options = new HashMap<>();
      for (int i = 2; i + 1 < args.length; i += 2) {
        options.put(args[i], args[i + 1]);
      }
      peer = new CuratorElection(args[0], args[1], options);
    } catch (Throwable error) {
      emit(JSON.createObjectNode().put("event", "failed").put("message", error.toString()));
      Runtime.getRuntime().halt(1);
      return;
    }
    peer.serve();
  }

  private void serve() throws IOException {
    ExecutorService campaigns = Executors.newSingleThreadExecutor();
    emit(JSON.createObjectNode().put("event", "ready"));
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      JsonNode command = JSON.readTree(line);
      String verb = command.get("verb").asText();
      switch (verb) {
        case "campaign" -> campaigns.execute(() -> answer(command, this::campaign));
        case "resign" -> answer(command, this::resign);
        case "contenders" -> answer(command, this::contenders);
        default -> throw new IllegalArgumentException("unknown verb " + verb);
      }
    }
    quit();
  }

  private void campaign(ObjectNode reply) throws Exception {
    if (isStarted) {
      // It stays queued for a moment after its listener has returned.
      while (!selector.requeue()) {
        Thread.sleep(2);
      }
    } else {
      selector.start();
      isStarted = true;
    }
    elections.take();
    reply.put("event", "elected");
  }

  private void resign(ObjectNode reply) throws Exception {
    resignations.put(true);
    while (selector.hasLeadership()) {
      Thread.sleep(2);
    }
    reply.put("event", "resigned");
  }

  private void contenders(ObjectNode reply) throws Exception {
    List<String> ids = selector.getParticipants().stream().map(Participant::getId).toList();
    reply.put("event", "contenders").set("contenders", JSON.valueToTree(ids));
  }

  private static void answer(JsonNode command, Verb verb) {
    ObjectNode reply = JSON.createObjectNode().put("id", command.get("id").asInt());
    try {
      verb.run(reply);
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
