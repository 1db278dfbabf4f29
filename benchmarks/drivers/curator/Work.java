import java.util.Map;

/** How a work is done, once it is prepared: for so long, or once where it has an end of its own. Returns its figures. */
interface Work {
  Map<String, Object> run(long budgetMs) throws Exception;

  /** Prepares a work. */
  interface Maker {
    Work prepare(Setting setting) throws Exception;
  }
}
