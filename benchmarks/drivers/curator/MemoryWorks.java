import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;

final class MemoryWorks {
  private static final int WAITERS_AT_EACH = 100;
  private static final int PAGE_BYTES = 4096;
  /** What is not to be collected. */
  private static final List<Object> KEPT = new ArrayList<>();

  private MemoryWorks() {}

  private static Map<String, Object> grown(int items, Repeat.Step fill) throws Exception {
    long heap = heap();
    long resident = resident();
    fill.run();
    // The heap grows in steps far beyond what is used: what is used of it is told apart.
    return Map.of("operations", items, "heapBytes", heap() - heap, "residentBytes", resident() - resident);
  }

  private static long heap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static long resident() throws Exception {
    return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * PAGE_BYTES;
  }

  static Work held(Setting setting) throws Exception {
    CuratorFramework client = setting.connect();
    List<String> paths = setting.pathsBelow(setting.param("items"));
    return budgetMs -> grown(paths.size(), () -> {
      for (String path : paths) {
        InterProcessMutex mutex = new InterProcessMutex(client, path);
        mutex.acquire();
        KEPT.add(mutex);
      }
    });
  }

  static Work waiting(Setting setting) throws Exception {
    CuratorFramework holder = setting.connect();
    CuratorFramework client = setting.connect();
    List<String> paths = setting.pathsBelow(setting.threads() / WAITERS_AT_EACH);
    for (String path : paths) {
      InterProcessMutex mutex = new InterProcessMutex(holder, path);
      mutex.acquire();
      KEPT.add(mutex);
    }
    return budgetMs -> grown(setting.threads(), () -> {
      for (String path : paths) {
        for (int waiter = 0; waiter < WAITERS_AT_EACH; waiter++) {
          InterProcessMutex mutex = new InterProcessMutex(client, path);
          Thread thread = new Thread(() -> acquireUntilClosed(mutex));
          thread.setDaemon(true);
          thread.start();
        }
      }
      for (String path : paths) {
        while (holder.getChildren().forPath(path).size() <= WAITERS_AT_EACH) {
          Thread.sleep(10);
        }
      }
    });
  }

  private static void acquireUntilClosed(InterProcessMutex mutex) {
    try {
      mutex.acquire();
    } catch (Exception error) {
      // The client was closed meanwhile.
    }
  }

  static Work watching(Setting setting) throws Exception {
    CuratorFramework client = setting.connect();
    List<String> paths = setting.pathsBelow(setting.param("items"));
    for (String path : paths) {
      client.create().forPath(path);
    }
    return budgetMs -> grown(paths.size(), () -> {
      for (String path : paths) {
        CuratorCache cache = CuratorCache.build(client, path, CuratorCache.Options.SINGLE_NODE_CACHE);
        cache.start();
        KEPT.add(cache);
      }
      for (Object cache : KEPT) {
        while (((CuratorCache) cache).size() == 0) {
          Thread.sleep(1);
        }
      }
    });
  }
}
