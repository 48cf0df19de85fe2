package dev.echelon.bench;

/** CPU seconds from a moment on: of the subject, and of upstream and load generator. */
final class Spent {

    private final Subject.Running subject;
    private final ProcessFigures harness = ProcessFigures.own();
    private final ProcessFigures upstream;
    private final boolean between;
    private final double subjectBefore;
    private final double harnessBefore;
    private final long start = System.nanoTime();

    Spent(Subject.Running subject) {
        this.subject = subject;
        this.upstream = subject.upstream();
        this.between = subject.between();
        this.subjectBefore = subject.figures().cpuSeconds();
        this.harnessBefore = harnessSeconds();
    }

    private double harnessSeconds() {
        return harness.cpuSeconds() + upstream.cpuSeconds();
    }

    /** What has been spent since. */
    Seconds now() {
        double gateway = between ? subject.figures().cpuSeconds() - subjectBefore : 0;
        return new Seconds(gateway, harnessSeconds() - harnessBefore, (System.nanoTime() - start) / 1e9);
    }

    /** CPU seconds, and those of the clock on the wall. */
    record Seconds(double subject, double harness, double elapsed) {

        double busyCores() {
            return (subject + harness) / elapsed;
        }
    }
}
