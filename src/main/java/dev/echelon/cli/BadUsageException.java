package dev.echelon.cli;

/** The command line or the configuration cannot be used as given; nothing was started. */
final class BadUsageException extends Exception {

    private static final long serialVersionUID = 1L;

    BadUsageException(String message) {
        super(message);
    }
}
