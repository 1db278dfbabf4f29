import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;

final class BarrierWorks {
  private BarrierWorks() {}

  /** Once for each participant, of which each has a session of its own. An object of Curator's serves once. */
  static Work enterAndLeave(Setting setting) throws Exception {
    List<CuratorFramework> clients = setting.connectAll();
    return budgetMs -> {
      List<Callable<Long>> threads = new ArrayList<>();
      for (CuratorFramework client : clients) {
        threads.add(() -> {
          DistributedDoubleBarrier barrier =
              new DistributedDoubleBarrier(client, setting.path + "/barrier", setting.param("parties"));
          barrier.enter();
          barrier.leave();
          return 1L;
        });
      }
      return Map.of("operations", Repeat.inThreads(threads));
    };
  }
}
