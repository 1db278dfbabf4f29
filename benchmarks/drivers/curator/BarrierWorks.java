import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;

final class BarrierWorks {
  private BarrierWorks() {}

  /**
   * All participants of this process enter, and in the next run leave; each has a session of its own. An object of Curator's
   * serves once.
   */
  static Work enterAndLeave(Setting setting) throws Exception {
    List<CuratorFramework> clients = setting.connectAll();
    List<DistributedDoubleBarrier> inside = new ArrayList<>();
    return budgetMs -> {
      List<Callable<Long>> threads = new ArrayList<>();
      if (inside.isEmpty()) {
        for (CuratorFramework client : clients) {
          DistributedDoubleBarrier barrier =
              new DistributedDoubleBarrier(client, setting.path + "/barrier", setting.param("parties"));
          inside.add(barrier);
          threads.add(() -> {
            barrier.enter();
            return 1L;
          });
        }
      } else {
        for (DistributedDoubleBarrier barrier : inside) {
          threads.add(() -> {
            barrier.leave();
            return 1L;
          });
        }
        inside.clear();
      }
      return Map.of("operations", Repeat.inThreads(threads));
    };
  }
}
