package dev.echelon.cli.kafka;

import dev.echelon.ingress.LockedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keeps a second broker out of a folder, before it has written anything there; gone when its process is. */
final class FolderLock implements AutoCloseable {

    private final FileChannel file;

    private FolderLock(FileChannel file) {
        this.file = file;
    }

    static FolderLock take(Path folder) throws IOException {
        Files.createDirectories(folder);
        FileChannel file = LockedFile.open(folder.resolve("lock"));
        if (file == null) {
            throw new IOException("another broker runs in " + folder + ": choose another folder with --data");
        }
        return new FolderLock(file);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
