import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.ExponentialBackoffRetry;

/** What a work gets to prepare itself. */
final class Setting implements AutoCloseable {
  final String path;
  private final JsonNode command;
  private final List<CuratorFramework> clients = new ArrayList<>();
  private final List<AutoCloseable> others = new ArrayList<>();

  Setting(JsonNode command) {
    this.command = command;
    path = command.get("path").asText();
  }

  /** A new session. */
  CuratorFramework connect() throws InterruptedException {
    CuratorFramework client = CuratorFrameworkFactory.builder()
        .connectString(command.get("hosts").asText())
        .sessionTimeoutMs(command.get("sessionTimeoutMs").asInt())
        .connectionTimeoutMs(30_000)
        .retryPolicy(new ExponentialBackoffRetry(100, 10))
        .build();
    client.start();
    if (!client.blockUntilConnected(30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no connection");
    }
    clients.add(client);
    return client;
  }

  /** As many sessions as were asked for. */
  List<CuratorFramework> connectAll() throws InterruptedException {
    List<CuratorFramework> all = new ArrayList<>();
    for (int index = 0; index < param("clients"); index++) {
      all.add(connect());
    }
    return all;
  }

  /** To be closed before the clients are. */
  void add(AutoCloseable closeable) {
    others.add(closeable);
  }

  int param(String name) {
    return param(name, 1);
  }

  private int param(String name, int otherwise) {
    JsonNode value = command.get("params").get(name);
    return value == null ? otherwise : value.asInt();
  }

  int threads() {
    return param("threads", param("tasks"));
  }

  List<String> pathsBelow(int count) {
    List<String> paths = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      paths.add(path + "/" + index);
    }
    return paths;
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable other : others) {
      other.close();
    }
    for (CuratorFramework client : clients) {
      client.close();
    }
  }
}
