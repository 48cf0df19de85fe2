package dev.echelon.faults;

/** Whether the faulty model has healthy ones beside and below it. */
enum Company {
    OTHERS_ALIVE,
    ALL_FAULTY;

    String word() {
        return this == OTHERS_ALIVE ? "alive" : "all";
    }
}
