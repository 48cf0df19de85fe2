package dev.echelon.config;

/**
 * Where something stands in a file.
 *
 * @param file as problems show it
 * @param line from 1; 0 for the file as a whole
 * @param column from 1; 0 for the line as a whole
 */
record Place(String file, int line, int column) {

    static Place of(String file) {
        return new Place(file, 0, 0);
    }

    Problem problem(String message) {
        return new Problem(file, line, column, message);
    }

    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line;
    }
}
