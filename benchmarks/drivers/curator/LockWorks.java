import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;

final class LockWorks {
  private LockWorks() {}

  private static void cycle(InterProcessMutex mutex) throws Exception {
    mutex.acquire();
    mutex.release();
  }

  static Work cycle(Setting setting) throws Exception {
    InterProcessMutex mutex = new InterProcessMutex(setting.connect(), setting.path);
    return budgetMs -> Map.of("operations", Repeat.repeat(budgetMs, () -> cycle(mutex)));
  }

  static Work tasks(Setting setting) throws Exception {
    InterProcessMutex mutex = new InterProcessMutex(setting.connect(), setting.path);
    return budgetMs -> {
      List<Callable<Long>> threads =
          Collections.nCopies(setting.threads(), () -> Repeat.repeat(budgetMs, () -> cycle(mutex)));
      return Map.of("operations", Repeat.inThreads(threads));
    };
  }

  static Work many(Setting setting) throws Exception {
    CuratorFramework client = setting.connect();
    List<List<InterProcessMutex>> shares = new ArrayList<>();
    for (int thread = 0; thread < setting.threads(); thread++) {
      shares.add(new ArrayList<>());
    }
    int next = 0;
    for (String path : setting.pathsBelow(setting.param("locks"))) {
      shares.get(next++ % shares.size()).add(new InterProcessMutex(client, path));
    }
    return budgetMs -> {
      List<Callable<Long>> threads = new ArrayList<>();
      for (List<InterProcessMutex> share : shares) {
        threads.add(() -> share.size() * Repeat.repeat(budgetMs, () -> {
          for (InterProcessMutex mutex : share) {
            cycle(mutex);
          }
        }));
      }
      return Map.of("operations", Repeat.inThreads(threads));
    };
  }

  /** Each client queues once, and passes the lock on as soon as it has it. */
  static Work handOver(Setting setting) throws Exception {
    List<CuratorFramework> clients = setting.connectAll();
    return budgetMs -> {
      List<Long> acquired = Collections.synchronizedList(new ArrayList<>());
      List<Long> released = Collections.synchronizedList(new ArrayList<>());
      List<Callable<Long>> threads = new ArrayList<>();
      for (CuratorFramework client : clients) {
        threads.add(() -> {
          InterProcessMutex mutex = new InterProcessMutex(client, setting.path);
          mutex.acquire();
          acquired.add(System.nanoTime());
          released.add(System.nanoTime());
          mutex.release();
          return 1L;
        });
      }
      long operations = Repeat.inThreads(threads);
      return Map.of("operations", operations, "acquiredNs", acquired, "releasedNs", released);
    };
  }

  static Work idle(Setting setting) throws Exception {
    CuratorFramework client = setting.connect();
    for (String path : setting.pathsBelow(setting.param("locks"))) {
      new InterProcessMutex(client, path).acquire();
    }
    return budgetMs -> {
      Thread.sleep(budgetMs);
      return Map.of("operations", 1);
    };
  }
}
