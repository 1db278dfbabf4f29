import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;

final class ElectionWorks {
  private ElectionWorks() {}

  /** Each contender is elected once, and resigns at once. */
  static Work pass(Setting setting) throws Exception {
    List<CuratorFramework> clients = setting.connectAll();
    return budgetMs -> {
      List<Long> acquired = Collections.synchronizedList(new ArrayList<>());
      List<Long> released = Collections.synchronizedList(new ArrayList<>());
      List<Callable<Long>> threads = new ArrayList<>();
      for (CuratorFramework client : clients) {
        threads.add(() -> {
          LeaderLatch latch = new LeaderLatch(client, setting.path);
          latch.start();
          latch.await();
          acquired.add(System.nanoTime());
          released.add(System.nanoTime());
          latch.close();
          return 1L;
        });
      }
      long operations = Repeat.inThreads(threads);
      return Map.of("operations", operations, "acquiredNs", acquired, "releasedNs", released);
    };
  }

  /** Leads until it is killed, or the work is finished. */
  static Work lead(Setting setting) throws Exception {
    LeaderLatch latch = new LeaderLatch(setting.connect(), setting.path);
    setting.add(latch);
    return budgetMs -> {
      latch.start();
      latch.await();
      return Map.of("operations", 1, "acquiredNs", List.of(System.nanoTime()));
    };
  }
}
