import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.framework.recipes.leader.Participant;

/**
 * Curator's LeaderSelector as a peer process; JsonLinePeer has the protocol, kazoo_election.py the verbs.
 *
 * <pre>CuratorElection HOSTS PATH [--identifier ID] [--session-timeout-ms MS]</pre>
 */
public final class CuratorElection extends JsonLinePeer {
  private final LeaderSelector selector;
  private final BlockingQueue<Boolean> elections = new LinkedBlockingQueue<>();
  private final BlockingQueue<Boolean> resignations = new LinkedBlockingQueue<>();
  private boolean isStarted;

  private CuratorElection(String hosts, String path, Map<String, String> options) throws InterruptedException {
    super(clientBuilder(hosts, sessionTimeoutMsIn(options)).build());
    selector = new LeaderSelector(client, path, new LeaderSelectorListenerAdapter() {
      @Override
      public void takeLeadership(CuratorFramework client) throws Exception {
        elections.put(true);
        resignations.take();
      }
    });
    selector.setId(options.getOrDefault("--identifier", ""));
    on("campaign", Executors.newSingleThreadExecutor(), this::campaign);
    on("resign", Runnable::run, this::resign);
    on("contenders", Runnable::run, this::contenders);
  }

  public static void main(String[] args) throws IOException {
    serve(arguments -> new CuratorElection(arguments[0], arguments[1], optionsIn(arguments)), args);
  }

  private void campaign(JsonNode command, ObjectNode reply) throws Exception {
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

  private void resign(JsonNode command, ObjectNode reply) throws Exception {
    resignations.put(true);
    while (selector.hasLeadership()) {
      Thread.sleep(2);
    }
    reply.put("event", "resigned");
  }

  private void contenders(JsonNode command, ObjectNode reply) throws Exception {
    List<String> ids = selector.getParticipants().stream().map(Participant::getId).toList();
    reply.put("event", "contenders").set("contenders", JSON.valueToTree(ids));
  }
}
