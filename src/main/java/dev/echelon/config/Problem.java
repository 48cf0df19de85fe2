package dev.echelon.config;

/**
 * One fault of the configuration.
 *
 * @param file relative to the configuration folder, or the folder itself
 * @param line from 1; 0 when the fault has no place in a file
 * @param column from 1; 0 when the fault has no place in a line
 * @param message what is wrong and what to write instead
 */
public record Problem(String file, int line, int column, String message) {

    @Override
    public String toString() {
        return line == 0 ? file + ": " + message : file + ":" + line + ":" + column + ": " + message;
    }
}
