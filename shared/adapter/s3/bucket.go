// Package s3 keeps files in a bucket.
package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/yoriai/yoriai/shared/usecase/exports"
)

// Bucket is one bucket.
type Bucket struct {
	Client *sdk.Client
	Name   string
}

var _ exports.Files = Bucket{}

// New opens a bucket. On a local cloud, which has one address for all of them, its name stands in the path.
func New(c aws.Config, name string, local bool) Bucket {
	return Bucket{Name: name, Client: sdk.NewFromConfig(c, func(o *sdk.Options) { o.UsePathStyle = local })}
}

// Put implements exports.Files.
func (b Bucket) Put(ctx context.Context, key string, body []byte) error {
	_, err := b.Client.PutObject(ctx, &sdk.PutObjectInput{Bucket: &b.Name, Key: &key, Body: bytes.NewReader(body)})
	return err
}

// Read implements exports.Files.
func (b Bucket) Read(ctx context.Context, key string) ([]byte, error) {
	out, err := b.Client.GetObject(ctx, &sdk.GetObjectInput{Bucket: &b.Name, Key: &key})
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(out.Body)
	return body, errors.Join(err, out.Body.Close())
}

// pieceSize is how much of a long file is sent, and held, at a time; 10,000 of them are the longest that there may be.
const pieceSize = 8 << 20

// Upload implements exports.Files. A file appears once all of it is there; of one that broke off nothing is left.
func (b Bucket) Upload(ctx context.Context, key string, write func(w io.Writer) error) (size int64, err error) {
	begun, err := b.Client.CreateMultipartUpload(ctx, &sdk.CreateMultipartUploadInput{Bucket: &b.Name, Key: &key})
	if err != nil {
		return 0, err
	}
	u := &upload{ctx: ctx, bucket: b, key: key, id: begun.UploadId, piece: make([]byte, 0, pieceSize)}
	if err = write(u); err == nil {
		err = u.send()
	}
	if err == nil {
		_, err = b.Client.CompleteMultipartUpload(ctx, &sdk.CompleteMultipartUploadInput{Bucket: &b.Name, Key: &key, UploadId: u.id,
			MultipartUpload: &types.CompletedMultipartUpload{Parts: u.done}})
	}
	if err != nil {
		// What is left of it costs until the bucket's own rule ends it.
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer stop()
		_, ended := b.Client.AbortMultipartUpload(ctx, &sdk.AbortMultipartUploadInput{Bucket: &b.Name, Key: &key, UploadId: u.id})
		return 0, errors.Join(fmt.Errorf("upload: %w", err), ended)
	}
	return u.size, nil
}

type upload struct {
	ctx    context.Context //nolint:containedctx // it lives as long as one call of Upload
	bucket Bucket
	key    string
	id     *string
	piece  []byte
	done   []types.CompletedPart
	size   int64
}

// Write implements io.Writer.
func (u *upload) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := min(len(rest), cap(u.piece)-len(u.piece))
		u.piece, rest = append(u.piece, rest[:n]...), rest[n:]
		if len(u.piece) == cap(u.piece) {
			if err := u.send(); err != nil {
				return 0, err
			}
		}
	}
	u.size += int64(len(p))
	return len(p), nil
}

func (u *upload) send() error {
	if len(u.piece) == 0 && len(u.done) > 0 {
		return nil
	}
	number := aws.Int32(int32(len(u.done) + 1)) //nolint:gosec // S3 has no more than 10,000
	sent, err := u.bucket.Client.UploadPart(u.ctx, &sdk.UploadPartInput{Bucket: &u.bucket.Name, Key: &u.key, UploadId: u.id, PartNumber: number, Body: bytes.NewReader(u.piece)})
	if err != nil {
		return err
	}
	u.done = append(u.done, types.CompletedPart{ETag: sent.ETag, PartNumber: number, ChecksumCRC32: sent.ChecksumCRC32})
	u.piece = u.piece[:0]
	return nil
}

// Remove implements exports.Files. What is not there is gone already.
func (b Bucket) Remove(ctx context.Context, keys []string) error {
	for _, key := range keys {
		if _, err := b.Client.DeleteObject(ctx, &sdk.DeleteObjectInput{Bucket: &b.Name, Key: &key}); err != nil {
			return err
		}
	}
	return nil
}

// Link implements exports.Files. It is signed here, without asking anybody.
func (b Bucket) Link(ctx context.Context, key, name string, life time.Duration) (string, error) {
	signed, err := sdk.NewPresignClient(b.Client).PresignGetObject(ctx, &sdk.GetObjectInput{Bucket: &b.Name, Key: &key,
		ResponseContentDisposition: aws.String(`attachment; filename="` + name + `"`), ResponseContentType: aws.String("application/zip"),
		ResponseCacheControl: aws.String("no-store")}, sdk.WithPresignExpires(life))
	if err != nil {
		return "", err
	}
	return signed.URL, nil
}
