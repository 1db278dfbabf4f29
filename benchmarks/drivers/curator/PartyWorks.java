import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.nodes.GroupMember;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.zookeeper.CreateMode;

/** A GroupMember joins with a PersistentNode and lists from a cache of its own; of 10,000 members only one has the cache. */
final class PartyWorks {
  private PartyWorks() {}

  private static PersistentNode join(CuratorFramework client, Setting setting, String member) {
    PersistentNode node =
        new PersistentNode(client, CreateMode.EPHEMERAL, false, setting.path + "/" + member, member.getBytes());
    node.start();
    return node;
  }

  private static int joinAll(CuratorFramework client, Setting setting) throws Exception {
    List<PersistentNode> nodes = new ArrayList<>();
    for (int index = 0; index < setting.param("members"); index++) {
      nodes.add(join(client, setting, "member-" + index));
    }
    for (PersistentNode node : nodes) {
      if (!node.waitForInitialCreate(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a member could not join");
      }
    }
    return nodes.size();
  }

  private static GroupMember watch(Setting setting, CuratorFramework client) throws Exception {
    GroupMember watcher = new GroupMember(client, setting.path, "watcher");
    watcher.start();
    await(watcher, setting.param("members") + 1);
    return watcher;
  }

  private static void await(GroupMember watcher, int members) throws Exception {
    while (watcher.getCurrentMembers().size() != members) {
      Thread.sleep(1);
    }
  }

  static Work join(Setting setting) throws Exception {
    CuratorFramework client = setting.connect();
    return budgetMs -> Map.of("operations", joinAll(client, setting));
  }

  static Work list(Setting setting) throws Exception {
    joinAll(setting.connect(), setting);
    CuratorFramework client = setting.connect();
    return budgetMs -> Map.of("operations", Repeat.repeat(budgetMs, () -> watch(setting, client).close()));
  }

  /** Members join and leave in turn; the change is delivered when another client's cache has it. */
  static Work change(Setting setting) throws Exception {
    CuratorFramework client = setting.connect();
    joinAll(client, setting);
    GroupMember watcher = watch(setting, setting.connect());
    setting.add(watcher);
    int members = setting.param("members") + 1;
    PersistentNode[] newcomer = {null};
    return budgetMs -> {
      List<Double> latencies = new ArrayList<>();
      long operations = Repeat.repeat(budgetMs, () -> {
        if (newcomer[0] == null) {
          newcomer[0] = join(client, setting, "newcomer");
          await(watcher, members + 1);
        } else {
          newcomer[0].close();
          newcomer[0] = null;
          await(watcher, members);
        }
      }, latencies);
      return Map.of("operations", operations, "latenciesMs", latencies);
    };
  }
}
