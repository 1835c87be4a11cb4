// Logcheck reads an exported log as an outsider does, with nothing of Jejak's: golang.org/x/mod's
// sumdb/tlog for the tree and its proofs, sumdb/note for signatures. It checks every byte of the
// folder: each entry against the tree by a proof made from the folder's own tiles, each tile and
// bundle, partial ones of older checkpoints too, and the checkpoint with all of its cosignatures;
// then checkpoints kept from before, and proofs of single entries.
//
// Exit status: 0 all holds; 1 something doesn't; 2 wrong usage.
package main

import (
	"flag"
	"fmt"
	"os"
)

type list []string

func (l *list) String() string         { return fmt.Sprint(*l) }
func (l *list) Set(value string) error { *l = append(*l, value); return nil }

func main() {
	var witnesses, kept, proofs list
	dir := flag.String("dir", "", "the exported `folder`")
	vkey := flag.String("vkey", "", "the log's verifier `key`")
	cosigned := flag.Int("cosigned", 0, "cosignatures that the checkpoint must have")
	flag.Var(&witnesses, "witness", "verifier `key` of a witness; may be repeated")
	flag.Var(&kept, "kept", "`file` with a checkpoint kept from before; may be repeated")
	flag.Var(&proofs, "proof", "tlog-proof `file` of an entry of this log; may be repeated")
	flip := flag.Int("flip", 0, "then flip a bit in so many `bytes` of each file, -1 for every byte, and count what is found")
	seed := flag.Int64("seed", 1, "of the bytes to flip")
	flag.Parse()
	if *dir == "" || *vkey == "" || flag.NArg() != 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*dir, *vkey, *cosigned, witnesses, kept, proofs, *flip, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "logcheck:", err)
		os.Exit(1)
	}
}

func run(dir, vkey string, cosigned int, witnesses, kept, proofs list, flip int, seed int64) error {
	k, err := newKeys(vkey, witnesses)
	if err != nil {
		return err
	}
	files, err := readFolder(dir)
	if err != nil {
		return err
	}
	l, cosignatures, err := check(k, files, cosigned)
	if err != nil {
		return err
	}
	for _, file := range kept {
		if err := l.checkKept(k, file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	for _, file := range proofs {
		if err := l.checkProof(k, file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	fmt.Printf("size %d, root %v, %d files, %d cosignatures, %d kept checkpoints, %d proofs\n",
		l.tree.N, l.tree.Hash, len(files), cosignatures, len(kept), len(proofs))
	if flip != 0 {
		return flipBytes(k, files, cosigned, flip, seed)
	}
	return nil
}

// Everything in the folder.
func check(k *keys, files folder, cosigned int) (*log, int, error) {
	text, err := files.read("checkpoint")
	if err != nil {
		return nil, 0, err
	}
	newest, err := k.open(text)
	if err != nil {
		return nil, 0, fmt.Errorf("checkpoint: %w", err)
	}
	if newest.cosignatures < cosigned {
		return nil, 0, fmt.Errorf("checkpoint: %d cosignatures, not %d", newest.cosignatures, cosigned)
	}
	l, err := readLog(files, newest.Tree)
	if err != nil {
		return nil, 0, err
	}
	if err := l.checkFiles(k); err != nil {
		return nil, 0, err
	}
	return l, newest.cosignatures, l.checkLeaves()
}
