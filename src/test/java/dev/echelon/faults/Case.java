package dev.echelon.faults;

import dev.echelon.testing.Behaviour;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A row in one dialect, one form and one company. Each has a task group of its own, {@code echelon1 {A, B}} and
 * {@code echelon2 {C}}, so that no breaker and no cool-down of another case is in its way.
 */
record Case(Row row, String dialect, Form form, Company company) {

    /** When all are faulty nobody has to be quick: a timer's attempt is as short as one may be. */
    private static final Duration SHORTEST = Duration.ofMillis(260);

    static Stream<Case> all(List<Row> rows) {
        return rows.stream().flatMap(row -> Stream.of("openai", "anthropic")
                .flatMap(dialect -> row.forms().stream().sorted().flatMap(form -> Stream.of(Company.values())
                        .map(company -> new Case(row, dialect, form, company)))));
    }

    /** The task group's name, and the beginning of its models' names. */
    String group() {
        return (row.id() + "-" + dialect + "-" + form.word() + "-" + company.word()).toLowerCase(Locale.ROOT);
    }

    /** @param who {@code A}, {@code B} or {@code C} */
    String model(String who) {
        return group() + "-" + who;
    }

    boolean isFaulty(String who) {
        return company == Company.ALL_FAULTY || who.equals("A");
    }

    String reference(String who) {
        Place place = isFaulty(who) ? row.place() : Place.UP;
        return place.provider(dialect) + ":" + model(who);
    }

    Behaviour behaviour(String who) {
        return isFaulty(who) ? Objects.requireNonNull(row.faults().get(form)) : Behaviour.hello();
    }

    Told expected() {
        return company == Company.ALL_FAULTY ? row.told() : row.alive();
    }

    /** Whether another model answers in place of A. */
    boolean isRescued() {
        return company == Company.OTHERS_ALIVE && !row.next().isEmpty();
    }

    /** Who is asked, in order; of those that come back only how many, for which of them is a matter of chance. */
    List<String> first() {
        List<String> order = new ArrayList<>(List.of("A"));
        if (isRescued()) {
            order.add(row.next());
        } else if (!row.next().isEmpty()) {
            order.addAll(row.next().equals("B") ? List.of("B", "C") : List.of(row.next()));
        }
        return order;
    }

    /** The two tiers allow one return each. */
    int returns() {
        return company == Company.ALL_FAULTY && row.comesBack() != Row.ComesBack.NEVER ? 2 : 0;
    }

    /** Whether nearly all of its time is a timer's. */
    boolean waits() {
        return row.hitsItsTimer() || row.told().isInterrupted();
    }

    Duration timeout() {
        return company == Company.ALL_FAULTY && row.hitsItsTimer() ? SHORTEST : row.timeout();
    }

    String toml() {
        return """
                [task_group]
                name = "%1$s"
                [task_group.circuit_breaker]
                failure_threshold = 5
                recovery_time = 60
                [task_group.fallback]
                retry_delay = 0.04
                [task_group.echelons.echelon1]
                models = ["%2$s", "%3$s"]
                concurrency_limit = 4
                rpm_limit = 1000
                priority = 1
                timeout = %5$s
                max_retries = 1
                [task_group.echelons.echelon2]
                models = ["%4$s"]
                concurrency_limit = 4
                rpm_limit = 1000
                priority = 2
                timeout = %5$s
                max_retries = 1
                """.formatted(
                        group(),
                        reference("A"),
                        reference("B"),
                        reference("C"),
                        timeout().toMillis() / 1000.0);
    }

    @Override
    public String toString() {
        return "%s: %s, %s, %s, %s"
                .formatted(
                        row.id(),
                        row.fault(),
                        dialect,
                        form.word(),
                        company == Company.ALL_FAULTY ? "all faulty" : "others alive");
    }
}
