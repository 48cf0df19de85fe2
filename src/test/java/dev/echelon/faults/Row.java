package dev.echelon.faults;

import dev.echelon.testing.Behaviour;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A row of the fault matrix: what model A does, and what has to follow.
 *
 * @param id as the matrix numbers it, with a letter where it has several cases
 * @param place where A lives
 * @param faults what A does, by the form of the request; a form without one is not run
 * @param comesBack whether and when A may be asked again
 * @param next who is asked next: {@code B}, {@code C}, or nobody, when it is empty
 * @param mark what is left on A
 * @param told what the caller gets when all models have the fault
 * @param alive what the caller gets while B and C live
 * @param timeout of an attempt while B and C live
 * @param deadline of the request
 */
record Row(
        String id,
        String fault,
        Place place,
        Map<Form, Behaviour> faults,
        ComesBack comesBack,
        String next,
        Mark mark,
        Told told,
        Told alive,
        Duration timeout,
        Duration deadline) {

    private static final Duration LONG = Duration.ofSeconds(5);

    /** For attempts that run into it: long enough for the healthy ones on a busy machine. */
    private static final Duration SHORT = Duration.ofMillis(900);

    enum ComesBack {
        NEVER,
        /** In its own tier, before the walk goes down. */
        SOON,
        /** Once everybody has been asked. */
        LATE
    }

    static Row of(String id, String fault) {
        return new Row(
                id,
                fault,
                Place.UP,
                Map.of(),
                ComesBack.NEVER,
                "B",
                Mark.counts(),
                Told.answer(),
                Told.answer(),
                LONG,
                LONG);
    }

    Row does(Behaviour both) {
        return plain(both).streamed(both);
    }

    Row plain(Behaviour behaviour) {
        return with(Form.PLAIN, behaviour);
    }

    Row streamed(Behaviour behaviour) {
        return with(Form.STREAMED, behaviour);
    }

    /** The fault is the place's, whatever would be answered there. */
    Row at(Place where) {
        Row row = where.sees() ? this : does(Behaviour.hello());
        return new Row(id, fault, where, row.faults, comesBack, next, mark, told, alive, timeout, deadline);
    }

    Row comesBack(ComesBack when) {
        return new Row(id, fault, place, faults, when, next, mark, told, alive, timeout, deadline);
    }

    /** A timer ends the attempt: the walk comes back late, and the attempt's time is short. */
    Row timesOut() {
        return new Row(
                id,
                fault,
                place,
                faults,
                ComesBack.LATE,
                next,
                Mark.counts(),
                Told.error(504, "upstream_timeout"),
                alive,
                SHORT,
                deadline);
    }

    Row next(String who) {
        return new Row(id, fault, place, faults, comesBack, who, mark, told, alive, timeout, deadline);
    }

    Row marks(Mark what) {
        return new Row(id, fault, place, faults, comesBack, next, what, told, alive, timeout, deadline);
    }

    /** What the caller gets when all have the fault. */
    Row told(int status, String code) {
        return told(Told.error(status, code));
    }

    Row told(Told what) {
        return new Row(id, fault, place, faults, comesBack, next, mark, what, alive, timeout, deadline);
    }

    /** Nobody else is asked, so that the caller gets this whoever else lives. */
    Row ends(Told what) {
        return new Row(id, fault, place, faults, ComesBack.NEVER, "", mark, what, what, timeout, deadline);
    }

    Row within(Duration time) {
        return new Row(id, fault, place, faults, comesBack, next, mark, told, alive, timeout, time);
    }

    boolean hitsItsTimer() {
        return timeout.equals(SHORT);
    }

    List<Form> forms() {
        return List.copyOf(faults.keySet());
    }

    private Row with(Form form, Behaviour behaviour) {
        Map<Form, Behaviour> more = new EnumMap<>(Form.class);
        more.putAll(faults);
        more.put(form, behaviour);
        return new Row(id, fault, place, more, comesBack, next, mark, told, alive, timeout, deadline);
    }
}
