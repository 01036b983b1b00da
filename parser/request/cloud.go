package request

import (
	"strings"

	"twokey/parser/effect"
)

// cloud sets Action for the cloud APIs that name their calls.
func (m *message) cloud(h *effect.HTTP) {
	if service := awsService(h.Host, m.get("Authorization")); service != "" {
		m.aws(h, service)
		return
	}
	if target := m.get("X-Amz-Target"); target != "" {
		h.Action = action(strings.ToLower(cutTarget(target)), target)
		return
	}
	if strings.HasSuffix(h.Host, ".googleapis.com") {
		m.google(h)
	}
}

// awsService is the service that a host of AWS, or a request's signature,
// names: ec2 of ec2.us-east-1.amazonaws.com.
func awsService(host, authorization string) string {
	if i := strings.Index(authorization, "Credential="); i >= 0 && strings.HasPrefix(authorization, "AWS4-") {
		scope, _, _ := strings.Cut(authorization[i:], ",")
		parts := strings.Split(scope, "/") // key/date/region/service/aws4_request
		if len(parts) >= 5 {
			return strings.ToLower(parts[len(parts)-2])
		}
	}
	for _, suffix := range [...]string{".amazonaws.com", ".amazonaws.com.cn", ".api.aws"} {
		name, ok := strings.CutSuffix(host, suffix)
		if !ok {
			continue
		}
		labels := strings.Split(name, ".")
		if s3Host(labels) {
			return "s3"
		}
		if labels[0] == "api" && len(labels) > 1 {
			return labels[1]
		}
		for _, l := range labels {
			if l == "execute-api" || l == "lambda-url" || l == "rds" || l == "es" || l == "aoss" {
				return l
			}
		}
		return labels[0]
	}
	return ""
}

func s3Host(labels []string) bool {
	for _, l := range labels {
		if l == "s3" || strings.HasPrefix(l, "s3-") {
			return true
		}
	}
	return false
}

// aws names the call by the three protocols: a form with Action, a JSON target
// header, or method and path.
func (m *message) aws(h *effect.HTTP, service string) {
	if target := m.get("X-Amz-Target"); target != "" {
		if strings.Contains(target, ",") {
			opaque(h, "several X-Amz-Target headers")
		}
		h.Action = action(service, target)
		return
	}
	var names []string
	for _, p := range append(m.queries, m.form()...) {
		if p.key == "Action" {
			names = append(names, p.value)
		}
	}
	if len(names) == 0 && m.contentType() == "" {
		for _, p := range parsePairs(string(m.body)) {
			if p.key == "Action" {
				names = append(names, p.value)
			}
		}
	}
	if len(names) > 0 {
		h.Action = service + ":" + names[0]
		for _, n := range names {
			if n != names[0] {
				opaque(h, "several values of Action")
			}
		}
		return
	}
	if service == "s3" {
		h.Action = "s3:" + m.s3(h)
		return
	}
	// Smithy RPC v2: /service/Name/operation/Action
	if i := strings.LastIndex(h.Path, "/operation/"); i >= 0 {
		h.Action = service + ":" + h.Path[i+len("/operation/"):]
		return
	}
	h.Action = service + ":" + h.Method // REST: the path says the rest
}

func cutTarget(target string) string {
	name, _, _ := strings.Cut(target, ".")
	name, _, _ = strings.Cut(name, "_")
	return name
}

// action is "service:Name" of a target such as DynamoDB_20120810.Scan.
func action(service, target string) string {
	return service + ":" + target[strings.LastIndexByte(target, '.')+1:]
}

// s3 is the call's name of an S3 request (Amazon S3 API Reference).
func (m *message) s3(h *effect.HTTP) string {
	bucketHost := strings.Index(h.Host, ".s3") > 0
	path := strings.Trim(h.Path, "/")
	object := path != "" && (bucketHost || strings.Contains(path, "/"))
	bucket := bucketHost || path != ""
	sub := func(name string) bool {
		for _, p := range m.queries {
			if p.key == name {
				return true
			}
		}
		return false
	}
	noun := "Bucket"
	if object {
		noun = "Object"
	}
	for _, s := range [...][2]string{
		{"policy", "Policy"}, {"lifecycle", "LifecycleConfiguration"}, {"versioning", "Versioning"}, {"acl", "Acl"},
		{"replication", "Replication"}, {"encryption", "Encryption"}, {"tagging", "Tagging"}, {"cors", "Cors"},
		{"website", "Website"}, {"publicAccessBlock", "PublicAccessBlock"}, {"object-lock", "ObjectLockConfiguration"},
		{"retention", "Retention"}, {"legal-hold", "LegalHold"}, {"logging", "Logging"}, {"notification", "Notification"},
		{"ownershipControls", "OwnershipControls"},
	} {
		if sub(s[0]) {
			return map[string]string{"GET": "Get", "HEAD": "Get", "PUT": "Put", "POST": "Put", "DELETE": "Delete"}[h.Method] + noun + s[1]
		}
	}
	switch h.Method {
	case "GET":
		switch {
		case object:
			return "GetObject"
		case sub("versions"):
			return "ListObjectVersions"
		case bucket:
			return "ListObjectsV2"
		}
		return "ListBuckets"
	case "HEAD":
		return "Head" + noun
	case "PUT":
		if object && m.get("x-amz-copy-source") != "" {
			return "CopyObject"
		}
		if object {
			return "PutObject"
		}
		return "CreateBucket"
	case "POST":
		switch {
		case sub("delete"):
			return "DeleteObjects"
		case sub("restore"):
			return "RestoreObject"
		case sub("select"):
			return "SelectObjectContent"
		case sub("uploads"):
			return "CreateMultipartUpload"
		}
		return "PostObject"
	case "DELETE":
		return "Delete" + noun
	}
	return h.Method
}

// google names the call by a custom verb, /v1/x:verb, else by method and the
// last kind of resource in the path.
func (m *message) google(h *effect.HTTP) {
	service, _, _ := strings.Cut(h.Host, ".")
	last := h.Path[strings.LastIndexByte(h.Path, '/')+1:]
	if i := strings.LastIndexByte(last, ':'); i >= 0 && i+1 < len(last) {
		h.Action = service + ":" + last[i+1:]
	}
}
