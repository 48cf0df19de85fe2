package dev.echelon.bench;

import java.time.Duration;
import java.util.List;

/** Something that is done to every subject in the same way, again and again. */
interface Load {

    /** Its name on the command line and in the results. */
    String name();

    /** What it is, in a sentence for the table. */
    String description();

    /** What the upstream does meanwhile: usually it answers at once. */
    default Behaviour upstream() {
        return Behaviour.plain(Duration.ZERO);
    }

    /** What it tells, in the table's order. */
    List<Metric> metrics();

    /** Before the first round: until a JVM has compiled what matters. */
    void warmUp(Subject.Running subject) throws Exception;

    Sample measure(Subject.Running subject) throws Exception;
}
