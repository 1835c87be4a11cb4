package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/ioutil"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const height = 8
const width = 1 << height

// An exported folder: contents by path, with slashes.
type folder map[string][]byte

func readFolder(dir string) (folder, error) {
	out := make(folder)
	err := filepath.Walk(dir, func(file string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		path, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		out[filepath.ToSlash(path)], err = ioutil.ReadFile(file)
		return err
	})
	return out, err
}

func (f folder) read(path string) ([]byte, error) {
	data, there := f[path]
	if !there {
		return nil, fmt.Errorf("%s is missing", path)
	}
	return data, nil
}

func (f folder) paths() []string {
	var out []string
	for path := range f {
		out = append(out, path)
	}
	sort.Strings(out)
	return out
}

// The tree that the bundles give, and the folder it is held against.
type log struct {
	files  folder
	tree   tlog.Tree
	leaves []tlog.Hash
	hashes []tlog.Hash // in tlog's order
}

func (l *log) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(l.hashes)) {
			return nil, errors.New("a hash beyond the tree")
		}
		out[i] = l.hashes[index]
	}
	return out, nil
}

// Height and ReadTiles and SaveTiles: the folder's tiles, as tlog.TileHashReader wants them.
func (l *log) Height() int { return height }

func (l *log) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, tile := range tiles {
		data, err := l.files.read(pathOf(tile))
		if err != nil {
			return nil, err
		}
		out[i] = data
	}
	return out, nil
}

func (l *log) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

// C2SP's paths are Go's without the height.
func pathOf(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
}

func bundlePath(n int64, w int) string {
	// As a level of their own: Go calls it "data".
	path := tlog.Tile{H: height, L: -1, N: n, W: w}.Path()
	return strings.Replace(path, fmt.Sprintf("tile/%d/data/", height), "tile/entries/", 1)
}

func readBundle(data []byte, count int) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for i := 0; i < count; i++ {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, errors.New("a bundle that ends too early")
		}
		length := int(binary.BigEndian.Uint16(data))
		out = append(out, tlog.RecordHash(data[2:2+length]))
		data = data[2+length:]
	}
	if len(data) != 0 {
		return nil, errors.New("a bundle with too much in it")
	}
	return out, nil
}

func readLog(files folder, tree tlog.Tree) (*log, error) {
	l := &log{files: files, tree: tree}
	for int64(len(l.leaves)) < tree.N {
		n := int64(len(l.leaves))
		count := width
		if tree.N-n < width {
			count = int(tree.N - n)
		}
		path := bundlePath(n/width, count)
		data, err := files.read(path)
		if err != nil {
			return nil, err
		}
		leaves, err := readBundle(data, count)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for i, leaf := range leaves {
			stored, err := tlog.StoredHashesForRecordHash(n+int64(i), leaf, l)
			if err != nil {
				return nil, err
			}
			l.hashes = append(l.hashes, stored...)
		}
		l.leaves = append(l.leaves, leaves...)
	}
	root, err := tlog.TreeHash(tree.N, l)
	if err != nil {
		return nil, err
	}
	if root != tree.Hash {
		return nil, fmt.Errorf("the entries give root %v, the checkpoint says %v", root, tree.Hash)
	}
	return l, nil
}

// Each leaf by a proof from the folder's tiles, which TileHashReader holds against the root.
func (l *log) checkLeaves() error {
	reader := tlog.TileHashReader(l.tree, l)
	for n := range l.leaves {
		proof, err := tlog.ProveRecord(l.tree.N, int64(n), reader)
		if err != nil {
			return fmt.Errorf("entry %d: %w", n, err)
		}
		if err := tlog.CheckRecord(proof, l.tree.N, l.tree.Hash, int64(n), l.leaves[n]); err != nil {
			return fmt.Errorf("entry %d: %w", n, err)
		}
	}
	return nil
}

// Each file of the folder but the checkpoint is a tile or a bundle with what the entries give, or a
// cosigned checkpoint that the log continues.
func (l *log) checkFiles(k *keys) error {
	for _, path := range l.files.paths() {
		if path == "checkpoint" {
			continue
		}
		check := l.checkFile
		if strings.HasPrefix(path, "cosigned/") {
			check = func(path string, text []byte) error { return l.checkOlder(k, text) }
		}
		if err := check(path, l.files[path]); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func (l *log) checkFile(path string, data []byte) error {
	entries := strings.HasPrefix(path, "tile/entries/")
	goPath := fmt.Sprintf("tile/%d/%s", height, strings.TrimPrefix(path, "tile/"))
	if entries {
		goPath = fmt.Sprintf("tile/%d/data/%s", height, strings.TrimPrefix(path, "tile/entries/"))
	}
	tile, err := tlog.ParseTilePath(goPath)
	if err != nil {
		return errors.New("nothing that an export has")
	}
	if entries {
		if tile.N*width+int64(tile.W) > l.tree.N {
			return errors.New("beyond the checkpoint")
		}
		leaves, err := readBundle(data, tile.W)
		if err != nil {
			return err
		}
		for i, leaf := range leaves {
			if leaf != l.leaves[tile.N*width+int64(i)] {
				return fmt.Errorf("entry %d differs", tile.N*width+int64(i))
			}
		}
		return nil
	}
	expected, err := tlog.ReadTileData(tile, l)
	if err != nil {
		return errors.New("beyond the checkpoint")
	}
	if string(expected) != string(data) {
		return errors.New("not the hashes that the entries give")
	}
	return nil
}

// The log is a continuation of a checkpoint kept from before: by its root, and by a proof.
func (l *log) checkKept(k *keys, file string) error {
	text, err := ioutil.ReadFile(file)
	if err != nil {
		return err
	}
	return l.checkOlder(k, text)
}

func (l *log) checkOlder(k *keys, text []byte) error {
	old, err := k.open(text)
	if err != nil {
		return err
	}
	if old.N > l.tree.N {
		return fmt.Errorf("covers %d entries, the log has %d", old.N, l.tree.N)
	}
	root, err := tlog.TreeHash(old.N, l)
	if err != nil {
		return err
	}
	if root != old.Hash {
		return fmt.Errorf("the first %d entries are others", old.N)
	}
	if old.N == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(l.tree.N, old.N, tlog.TileHashReader(l.tree, l))
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, l.tree.N, l.tree.Hash, old.N, old.Hash)
}

// C2SP tlog-proof: of an entry that this folder has, under a checkpoint of its own.
func (l *log) checkProof(k *keys, file string) error {
	text, err := ioutil.ReadFile(file)
	if err != nil {
		return err
	}
	parts := strings.SplitN(string(text), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a tlog-proof")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return errors.New("no index")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil || index < 0 || index >= l.tree.N {
		return errors.New("not an entry of this log")
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := strict.DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return errors.New("malformed hash")
		}
		var h tlog.Hash
		copy(h[:], hash)
		proof = append(proof, h)
	}
	at, err := k.open([]byte(parts[1]))
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, at.N, at.Hash, index, l.leaves[index])
}
